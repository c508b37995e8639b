<?php

declare(strict_types=1);

/** @var App\Container $container */
$container = require dirname(__DIR__) . '/bootstrap.php';

$kernel = new App\Http\Kernel($container);
$kernel->handle(App\Http\Request::fromGlobals())->send();
