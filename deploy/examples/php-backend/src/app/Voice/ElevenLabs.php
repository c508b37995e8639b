<?php

declare(strict_types=1);

namespace App\Voice;

use App\Net\HttpClient;

/** Speech for recorded announcements. */
final class ElevenLabs
{
    public function __construct(
        private readonly HttpClient $http,
        private readonly string $url,
        private readonly string $key,
    ) {
    }

    /** True when the announcement was rendered; a failure is logged, the caller may try again. */
    public function render(string $voice, string $text): bool
    {
        [$status, $body] = $this->http->post(
            "{$this->url}/text-to-speech/{$voice}",
            ['text' => $text],
            ["xi-api-key: {$this->key}"],
        );
        if ($status !== 200) {
            error_log("API error: ElevenLabs API error (HTTP {$status}): " . ($body['detail']['message'] ?? 'no detail'));
        }

        return $status === 200;
    }
}
