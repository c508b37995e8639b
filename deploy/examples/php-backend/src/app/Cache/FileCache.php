<?php

declare(strict_types=1);

namespace App\Cache;

/** A file for each key, five minutes old at most. */
final class FileCache
{
    private const SECONDS = 300;

    public function __construct(private readonly string $directory)
    {
    }

    public function get(string $key): mixed
    {
        $file = "{$this->directory}/{$key}.cache";
        if (!is_file($file) || filemtime($file) < time() - self::SECONDS) {
            return null;
        }
        $value = unserialize(file_get_contents($file), ['allowed_classes' => false]);

        return $value === false ? null : $value;
    }

    public function set(string $key, mixed $value): void
    {
        file_put_contents("{$this->directory}/{$key}.cache", serialize($value));
    }
}
