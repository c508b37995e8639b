<?php

declare(strict_types=1);

namespace App\Net;

use RuntimeException;

final class TransportException extends RuntimeException
{
}
