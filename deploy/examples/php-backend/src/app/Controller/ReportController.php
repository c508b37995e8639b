<?php

declare(strict_types=1);

namespace App\Controller;

use App\Http\Request;
use App\Http\Response;
use App\Repository\CallRepository;
use App\Repository\SalonRepository;

/** Numbers for the salon's owner. */
final class ReportController
{
    public function __construct(
        private readonly SalonRepository $salons,
        private readonly CallRepository $calls,
    ) {
    }

    /** Minutes on the phone for each chair of the salon. */
    public function utilisation(Request $request): Response
    {
        $salon = $this->salons->byId((int) $request->query['salon']);
        $minutes = $this->calls->minutes($salon['id']) ?? 0;

        return Response::json(['minutes_per_chair' => intdiv($minutes, $salon['chairs'])]);
    }

    /** All calls as a spreadsheet. */
    public function export(Request $request): Response
    {
        $lines = ["call;salon;seconds;started"];
        foreach ($this->calls->all() as $call) {
            $lines[] = implode(';', [$call['id'], $call['salon_id'], $call['seconds'], $call['started_at']]);
        }

        return Response::csv(implode("\r\n", $lines));
    }
}
