<?php

declare(strict_types=1);

namespace App\Model;

use DateTimeImmutable;

final class Call
{
    public int $seconds = 0;

    public function __construct(
        public readonly string $id,
        public readonly int $salonId,
        public readonly string $caller,
        public readonly ?string $callerName,
        public readonly DateTimeImmutable $startedAt = new DateTimeImmutable(),
    ) {
    }
}
