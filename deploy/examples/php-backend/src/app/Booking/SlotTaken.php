<?php

declare(strict_types=1);

namespace App\Booking;

use RuntimeException;

final class SlotTaken extends RuntimeException
{
}
