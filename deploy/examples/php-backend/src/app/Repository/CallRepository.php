<?php

declare(strict_types=1);

namespace App\Repository;

use App\Model\Call;
use PDO;

final class CallRepository
{
    public function __construct(private readonly PDO $db)
    {
    }

    public function save(Call $call): void
    {
        $insert = $this->db->prepare(
            'INSERT INTO calls (id, salon_id, caller, caller_name, seconds, started_at) VALUES (?, ?, ?, ?, ?, ?)',
        );
        $insert->execute([
            $call->id,
            $call->salonId,
            $call->caller,
            $call->callerName,
            $call->seconds,
            $call->startedAt->format(DATE_ATOM),
        ]);
    }

    /** Minutes of all calls of a salon; null when it has had none. */
    public function minutes(int $salonId): ?int
    {
        $sum = $this->db->prepare('SELECT SUM(seconds) / 60 FROM calls WHERE salon_id = ?');
        $sum->execute([$salonId]);

        return $sum->fetchColumn();
    }

    /** @return list<array<string, mixed>> */
    public function all(): array
    {
        return $this->db->query('SELECT * FROM calls ORDER BY started_at')->fetchAll(PDO::FETCH_ASSOC);
    }
}
