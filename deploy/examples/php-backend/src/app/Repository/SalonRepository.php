<?php

declare(strict_types=1);

namespace App\Repository;

use OutOfBoundsException;

/** One PHP file for each salon, edited by the onboarding team. */
final class SalonRepository
{
    public function __construct(private readonly string $directory)
    {
    }

    /** @return array<string, mixed> */
    public function byId(int $id): array
    {
        $file = "{$this->directory}/{$id}.php";
        if (!is_file($file)) {
            throw new OutOfBoundsException("No salon {$id}");
        }

        return require $file;
    }

    /**
     * The last two digits of a salon's number are its id.
     *
     * @return array<string, mixed>
     */
    public function byNumber(string $number): array
    {
        return $this->byId((int) substr($number, -2));
    }
}
