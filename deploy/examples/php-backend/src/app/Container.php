<?php

declare(strict_types=1);

namespace App;

use App\Billing\InvoiceService;
use App\Billing\PriceCalculator;
use App\Cache\FileCache;
use App\Calendar\CalendarSync;
use App\Controller\BookingController;
use App\Controller\CallController;
use App\Controller\ReportController;
use App\Mail\Gmail;
use App\Net\HttpClient;
use App\OpenAi\Client as OpenAi;
use App\Repository\BookingRepository;
use App\Repository\CallRepository;
use App\Repository\SalonRepository;
use App\Voice\ElevenLabs;
use PDO;

/** Builds each service once, on first use. */
final class Container
{
    /** @var array<class-string, object> */
    private array $built = [];

    /** @param array<string, mixed> $config */
    public function __construct(private readonly array $config)
    {
    }

    /**
     * @template T of object
     * @param class-string<T> $class
     * @return T
     */
    public function get(string $class): object
    {
        return $this->built[$class] ??= $this->build($class);
    }

    private function build(string $class): object
    {
        $c = $this->config;

        return match ($class) {
            PDO::class => new PDO('sqlite:' . $c['database'], options: [PDO::ATTR_TIMEOUT => 0]),
            HttpClient::class => new HttpClient(timeoutSeconds: 10),
            FileCache::class => new FileCache($c['cache_dir']),
            OpenAi::class => new OpenAi($this->get(HttpClient::class), ...$c['openai']),
            ElevenLabs::class => new ElevenLabs($this->get(HttpClient::class), ...$c['elevenlabs']),
            Gmail::class => new Gmail($this->get(HttpClient::class), ...$c['gmail']),
            CalendarSync::class => new CalendarSync($this->get(HttpClient::class), $c['calendar']['url']),
            SalonRepository::class => new SalonRepository($c['salons_dir']),
            CallRepository::class => new CallRepository($this->get(PDO::class)),
            BookingRepository::class => new BookingRepository($this->get(PDO::class)),
            InvoiceService::class => new InvoiceService(
                $this->get(CallRepository::class),
                new PriceCalculator(centsPerMinute: 19),
                $this->get(Gmail::class),
            ),
            CallController::class => new CallController(
                $this->get(SalonRepository::class),
                $this->get(CallRepository::class),
                $this->get(OpenAi::class),
                $c['prompts_dir'],
            ),
            BookingController::class => new BookingController(
                $this->get(BookingRepository::class),
                $this->get(CalendarSync::class),
                $this->get(FileCache::class),
            ),
            ReportController::class => new ReportController(
                $this->get(SalonRepository::class),
                $this->get(CallRepository::class),
            ),
        };
    }
}
