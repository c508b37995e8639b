<?php

declare(strict_types=1);

namespace App\Billing;

use App\Mail\DeliveryFailed;
use App\Mail\Gmail;
use App\Repository\CallRepository;

final class InvoiceService
{
    public function __construct(
        private readonly CallRepository $calls,
        private readonly PriceCalculator $prices,
        private readonly Gmail $gmail,
    ) {
    }

    /** Works out a salon's month and mails the invoice. */
    public function issue(int $salonId, string $number, string $to): void
    {
        $minutes = $this->calls->minutes($salonId);
        $cents = $this->prices->total($minutes);
        $amount = sprintf('EUR %d.%02d', intdiv($cents, 100), $cents % 100);

        try {
            $this->gmail->send($to, "Invoice {$number}", "Dear customer,\n\n{$minutes} minutes: {$amount}.\n");
        } catch (DeliveryFailed $e) {
            throw new InvoiceFailed("Invoice {$number} of salon {$salonId} was not sent", previous: $e);
        }
        error_log("[billing] invoice {$number} sent: salon {$salonId}, {$minutes} min, {$amount}");
    }
}
