<?php

declare(strict_types=1);

namespace App\Calendar;

use RuntimeException;

final class SyncFailed extends RuntimeException
{
}
