<?php

declare(strict_types=1);

namespace App\Http;

final class Response
{
    private function __construct(
        private readonly string $body,
        private readonly int $status,
        private readonly string $type,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function json(array $data, int $status = 200): self
    {
        return new self(json_encode($data, JSON_THROW_ON_ERROR), $status, 'application/json');
    }

    public static function csv(string $text): self
    {
        return new self($text, 200, 'text/csv; charset=utf-8');
    }

    public function send(): void
    {
        http_response_code($this->status);
        header('Content-Type: ' . $this->type);
        echo $this->body;
    }
}
