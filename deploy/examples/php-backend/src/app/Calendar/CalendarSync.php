<?php

declare(strict_types=1);

namespace App\Calendar;

use App\Net\HttpClient;

/** The salon's own Google calendar. */
final class CalendarSync
{
    public function __construct(private readonly HttpClient $http, private readonly string $url)
    {
    }

    /** @return list<array{start: string}>|null */
    public function busy(int $salonId): ?array
    {
        [, $body] = $this->http->post("{$this->url}/freeBusy", ['items' => [['id' => "salon-{$salonId}"]]]);

        return $body['calendars']["salon-{$salonId}"]['busy'] ?? null;
    }

    /** @param list<array{id: int, start: string}> $bookings */
    public function push(int $salonId, array $bookings): int
    {
        [$status, $body] = $this->http->post("{$this->url}/calendars/salon-{$salonId}/events", $bookings);
        if ($status !== 200) {
            $reasons = array_column($body['errors'] ?? [], 'message');
            throw new SyncFailed(
                sprintf("Calendar of salon %d rejected %d events:\n", $salonId, count($reasons))
                . implode("\n", array_map(static fn (string $reason): string => "  - {$reason}", $reasons)),
            );
        }

        return count($bookings);
    }
}
