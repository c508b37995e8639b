<?php

declare(strict_types=1);

namespace App\OpenAi;

use RuntimeException;

final class ApiException extends RuntimeException
{
    public function __construct(public readonly int $status, string $message)
    {
        parent::__construct("OpenAI API error (HTTP {$status}): {$message}", $status);
    }
}
