<?php

declare(strict_types=1);

// Mails the month's invoice of one salon:
//     php bin/invoices.php SALON NUMBER ADDRESS

use App\Billing\InvoiceService;

/** @var App\Container $container */
$container = require dirname(__DIR__) . '/bootstrap.php';

[, $salon, $number, $address] = $argv;
$container->get(InvoiceService::class)->issue((int) $salon, $number, $address);
