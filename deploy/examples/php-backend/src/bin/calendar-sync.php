<?php

declare(strict_types=1);

// Copies the next bookings of a salon to its own calendar:
//     php bin/calendar-sync.php SALON < bookings.json

use App\Calendar\CalendarSync;

/** @var App\Container $container */
$container = require dirname(__DIR__) . '/bootstrap.php';

$salon = (int) $argv[1];
$bookings = json_decode((string) stream_get_contents(STDIN), associative: true, flags: JSON_THROW_ON_ERROR);
$pushed = $container->get(CalendarSync::class)->push($salon, $bookings);
error_log("[calendar] salon {$salon}: {$pushed} bookings copied");
