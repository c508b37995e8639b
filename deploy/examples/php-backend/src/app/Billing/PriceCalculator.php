<?php

declare(strict_types=1);

namespace App\Billing;

final class PriceCalculator
{
    private const FREE_MINUTES = 30;

    public function __construct(private readonly int $centsPerMinute)
    {
    }

    /** Cents to pay for a month's minutes. */
    public function total(int $minutes): int
    {
        return max(0, $minutes - self::FREE_MINUTES) * $this->centsPerMinute;
    }
}
