<?php

declare(strict_types=1);

namespace App\Net;

/** JSON over HTTP. */
final class HttpClient
{
    public function __construct(private readonly int $timeoutSeconds)
    {
    }

    /**
     * @param array<string, mixed> $data
     * @param list<string> $headers
     * @return array{int, array<string, mixed>} status and body
     */
    public function post(string $url, array $data, array $headers = []): array
    {
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_POSTFIELDS => json_encode($data, JSON_THROW_ON_ERROR),
            CURLOPT_HTTPHEADER => ['Content-Type: application/json', ...$headers],
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => $this->timeoutSeconds,
        ]);
        $body = curl_exec($curl);
        if ($body === false) {
            throw new TransportException(sprintf('cURL error %d: %s', curl_errno($curl), curl_error($curl)));
        }

        return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), json_decode($body, true) ?? []];
    }
}
