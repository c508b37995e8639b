<?php

declare(strict_types=1);

// Renders announcements that salons have changed.  systemd starts it every few minutes with the next batch:
//     php bin/worker.php BATCH < jobs.json

use App\Voice\ElevenLabs;

/** @var App\Container $container */
$container = require dirname(__DIR__) . '/bootstrap.php';
$voice = $container->get(ElevenLabs::class);

$batch = (int) $argv[1];
$jobs = json_decode((string) stream_get_contents(STDIN), associative: true, flags: JSON_THROW_ON_ERROR);
$failed = 0;
foreach ($jobs as $job) {
    if (!$voice->render($job['voice'], $job['text'])) {
        $failed++;
    }
}
error_log(sprintf('[worker] processed batch %d: %d announcements, %d failed', $batch, count($jobs), $failed));
