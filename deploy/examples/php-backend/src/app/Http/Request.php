<?php

declare(strict_types=1);

namespace App\Http;

final class Request
{
    /** @param array<string, string> $query */
    public function __construct(
        public readonly string $method,
        public readonly string $path,
        public readonly array $query,
        private readonly string $body,
    ) {
    }

    public static function fromGlobals(): self
    {
        $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/';

        return new self($_SERVER['REQUEST_METHOD'], $path, $_GET, (string) file_get_contents('php://input'));
    }

    /** @return array<string, mixed> */
    public function json(): array
    {
        return json_decode($this->body, associative: true, flags: JSON_THROW_ON_ERROR);
    }
}
