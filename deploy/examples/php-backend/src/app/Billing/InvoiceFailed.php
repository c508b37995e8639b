<?php

declare(strict_types=1);

namespace App\Billing;

use RuntimeException;

final class InvoiceFailed extends RuntimeException
{
}
