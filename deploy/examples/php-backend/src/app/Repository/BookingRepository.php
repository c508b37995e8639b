<?php

declare(strict_types=1);

namespace App\Repository;

use App\Booking\SlotTaken;
use PDO;
use PDOException;

final class BookingRepository
{
    public function __construct(private readonly PDO $db)
    {
    }

    /** @return int number of the new booking */
    public function add(int $salonId, int $chair, string $startsAt, string $service): int
    {
        $insert = $this->db->prepare(
            'INSERT INTO bookings (salon_id, chair, starts_at, service) VALUES (?, ?, ?, ?)',
        );
        try {
            $insert->execute([$salonId, $chair, $startsAt, $service]);
        } catch (PDOException $e) {
            throw new SlotTaken("Chair {$chair} of salon {$salonId} is taken at {$startsAt}", previous: $e);
        }

        return (int) $this->db->lastInsertId();
    }
}
