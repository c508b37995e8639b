<?php

declare(strict_types=1);

namespace App\Mail;

use App\Net\HttpClient;
use App\Net\TransportException;

final class Gmail
{
    public function __construct(
        private readonly HttpClient $http,
        private readonly string $url,
        private readonly string $from,
    ) {
    }

    public function send(string $to, string $subject, string $text): void
    {
        $raw = "From: {$this->from}\r\nTo: {$to}\r\nSubject: {$subject}\r\n\r\n{$text}";
        try {
            [$status] = $this->http->post("{$this->url}/users/me/messages/send", ['raw' => base64_encode($raw)]);
        } catch (TransportException $e) {
            throw new DeliveryFailed("Gmail did not take the mail \"{$subject}\"", previous: $e);
        }
        if ($status !== 200) {
            throw new DeliveryFailed("Gmail API error (HTTP {$status})");
        }
    }
}
