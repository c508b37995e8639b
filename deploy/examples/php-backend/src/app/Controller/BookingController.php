<?php

declare(strict_types=1);

namespace App\Controller;

use App\Cache\FileCache;
use App\Calendar\CalendarSync;
use App\Http\Request;
use App\Http\Response;
use App\Repository\BookingRepository;
use DateTimeImmutable;

final class BookingController
{
    public function __construct(
        private readonly BookingRepository $bookings,
        private readonly CalendarSync $calendar,
        private readonly FileCache $cache,
    ) {
    }

    /** Free slots of a day: opening hours less what the salon's own calendar says. */
    public function slots(Request $request): Response
    {
        $salonId = (int) $request->query['salon'];
        $slots = $this->cache->get("slots-{$salonId}");
        if ($slots === null) {
            $slots = array_fill_keys(['09:00', '10:30', '14:30', '16:00'], true);
            $busy = $this->calendar->busy($salonId);
            foreach ($busy as $period) {
                unset($slots[$period['start']]);
            }
            $this->cache->set("slots-{$salonId}", $slots);
        }

        return Response::json(['free' => array_keys($slots)]);
    }

    public function create(Request $request): Response
    {
        $wish = $request->json();
        $start = DateTimeImmutable::createFromFormat('Y-m-d H:i', $wish['start']);
        $startsAt = $start->format('Y-m-d H:i');

        $id = $this->bookings->add($wish['salon'], $wish['chair'], $startsAt, $wish['service']);
        error_log("[booking] #{$id} confirmed: {$wish['service']}, salon {$wish['salon']}, {$startsAt}");

        return Response::json(['booking' => $id], 201);
    }
}
