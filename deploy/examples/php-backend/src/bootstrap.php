<?php

declare(strict_types=1);

// What public/index.php and the scripts in bin/ share: autoloading, error reporting, the container.

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'App\\')) {
        require __DIR__ . '/app/' . str_replace('\\', '/', substr($class, 4)) . '.php';
    }
});

error_reporting(E_ALL);
ini_set('display_errors', '0');
ini_set('log_errors', '1');
date_default_timezone_set('UTC');

return new App\Container(require __DIR__ . '/config/app.php');
