<?php

declare(strict_types=1);

namespace App\Http;

use App\Container;
use App\Controller\BookingController;
use App\Controller\CallController;
use App\Controller\ReportController;

/** Finds the controller of a request.  What a controller throws goes on to PHP's error log. */
final class Kernel
{
    private const ROUTES = [
        'POST /calls' => [CallController::class, 'incoming'],
        'POST /calls/intent' => [CallController::class, 'intent'],
        'GET /slots' => [BookingController::class, 'slots'],
        'POST /bookings' => [BookingController::class, 'create'],
        'GET /reports/utilisation' => [ReportController::class, 'utilisation'],
        'GET /reports/export' => [ReportController::class, 'export'],
    ];

    public function __construct(private readonly Container $container)
    {
    }

    public function handle(Request $request): Response
    {
        $route = self::ROUTES[$request->method . ' ' . $request->path] ?? null;
        if ($route === null) {
            return Response::json(['error' => 'not found'], 404);
        }

        return $this->dispatch($route, $request);
    }

    /** @param array{class-string, string} $route */
    private function dispatch(array $route, Request $request): Response
    {
        [$class, $action] = $route;

        return $this->container->get($class)->$action($request);
    }
}
