<?php

// One morning of the platform: plans every request and job with what it must write to the log, then runs them in
// order of time, each as its own PHP process under `faketime`.  Afterwards the log must have grown by exactly the
// planned records.  Prints the counts as JSON.  Run by generate.sh.
//     php drive.php LOG

declare(strict_types=1);

const DAY = '2026-11-23';
const ROOT = '/var/www/html';
const DATABASE = '/var/lib/larkline/larkline.sqlite';

mt_srand(20261123);
$steps = [];

/** Plans a script run; each of `$writes` is one record: a string is free text, an array is [type, value, causes]. */
function plan(int|string $at, string $script, array $world, array $writes): void
{
    global $steps;
    $steps[] = ['at' => is_int($at) ? $at : seconds($at), 'script' => $script, 'world' => $world, 'writes' => $writes];
}

function seconds(string $clock): int
{
    [$h, $m, $s] = [...array_map('intval', explode(':', $clock)), 0];

    return $h * 3600 + $m * 60 + $s;
}

function stamp(int $at): string
{
    return DAY . 'T' . gmdate('H:i:s', $at) . 'Z';
}

/** `$n` moments between two times, in order, irregular as visitors are. */
function moments(int $n, string $from, string $to): array
{
    $width = (seconds($to) - seconds($from)) / $n;

    return array_map(
        static fn (int $i): int => (int) (seconds($from) + $width * ($i + mt_rand(0, 999) / 1000)),
        range(0, $n - 1),
    );
}

function web(int|string $at, string $method, string $uri, ?array $body, array $writes, array $upstream = [], array $more = []): void
{
    $world = ['method' => $method, 'uri' => $uri, 'body' => $body === null ? '' : json_encode($body)];
    plan($at, 'public/index.php', $world + ['upstream' => $upstream] + $more, $writes);
}

function php_error(string $message): array
{
    return ['ErrorException', $message, []];
}

function model_says(string $content): array
{
    return [['status' => 200, 'body' => ['choices' => [['message' => ['content' => $content]]]]]];
}

function call_id(): string
{
    return 'CA' . bin2hex(pack('N*', ...array_map(static fn (): int => mt_rand(), range(1, 4))));
}

// ---- calls coming in: most carriers send no name, some send a recording, a few hide the number ----------------
$flags = [];
for ($i = 0; $i < 150; $i++) {
    $flags[] = ['name' => $i >= 124, 'recording' => $i % 11 < 3, 'hidden' => $i % 25 === 7 || $i % 25 === 16];
}
shuffle($flags);
$quiet = moments(18, '06:02', '08:00');
$times = [...$quiet, ...moments(78, '08:00', '11:30'), ...moments(54, '11:30', '13:58')];
foreach ($flags as $i => $flag) {
    $payload = [
        'call_id' => call_id(),
        'to' => '+1 202 555 011' . [1, 2, 4, 5][$i % 4],
        'from' => $flag['hidden'] ? null : sprintf('+1 (202) 555-01%02d', mt_rand(20, 99)),
    ];
    $writes = [];
    if ($flag['hidden']) {
        $writes[] = php_error('Deprecated: trim(): Passing null to parameter #1 ($string) of type string is deprecated');
    }
    if ($flag['name']) {
        $payload['caller_name'] = 'Robin Example';
    } else {
        $writes[] = php_error('Warning: Undefined array key "caller_name"');
    }
    if ($flag['recording']) {
        $payload['recording_url'] = 'https://carrier.example.com/recordings/' . $payload['call_id'];
        $writes[] = php_error('Deprecated: Creation of dynamic property App\Model\Call::$recordingUrl is deprecated');
    }
    web($times[$i], 'POST', '/calls', $payload, $writes);
}

// ---- a new salon goes live with a typing mistake in its settings -----------------------------------------------
foreach (['11:42:07', '11:44:51', '11:47:20', '11:51:33'] as $at) {
    $payload = ['call_id' => call_id(), 'to' => '+1 202 555 0117', 'from' => '+1 (202) 555-0188', 'caller_name' => 'X'];
    web($at, 'POST', '/calls', $payload, [['ParseError', 'syntax error, unexpected token ";", expecting "]"', []]]);
}

// ---- the backup holds the database ------------------------------------------------------------------------------
foreach (['12:00:02', '12:00:09', '12:00:11', '12:00:26', '12:00:40'] as $at) {
    $payload = ['call_id' => call_id(), 'to' => '+1 202 555 0112', 'from' => '+1 (202) 555-0177', 'caller_name' => 'X'];
    $error = ['PDOException', 'SQLSTATE[HY000]: General error: 5 database is locked', []];
    web($at, 'POST', '/calls', $payload, [$error], more: ['locked' => true]);
}

// ---- what callers say ----------------------------------------------------------------------------------------------
$said = ['language' => 'en', 'transcript' => 'I would like to come on Friday'];
foreach ([...moments(19, '09:12:10', '09:24'), ...moments(7, '09:31', '09:42')] as $at) {
    $text = 'Rate limit reached for gpt-4o-mini in organization org-example on requests per min (RPM): '
        . sprintf('Limit 500, Used 500, Requested 1. Please try again in %dms.', mt_rand(12, 990));
    web($at, 'POST', '/calls/intent', $said, ["API error: OpenAI API error (HTTP 429): {$text}"], [
        ['status' => 429, 'body' => ['error' => ['message' => $text]]],
    ]);
}
foreach (moments(9, '08:20', '13:50') as $at) {
    $text = "This model's maximum context length is 16385 tokens. However, your messages resulted in "
        . mt_rand(16400, 18900) . ' tokens. Please reduce the length of the messages.';
    web($at, 'POST', '/calls/intent', $said, [['App\OpenAi\ApiException', "OpenAI API error (HTTP 400): {$text}", []]], [
        ['status' => 400, 'body' => ['error' => ['message' => $text]]],
    ]);
}
foreach (moments(7, '08:40', '13:30') as $i => $at) {
    $intent = ['callback', 'callback', 'complaint', 'callback', 'gift_card', 'callback', 'complaint'][$i];
    $error = ['UnhandledMatchError', "Unhandled match case '{$intent}'", []];
    web($at, 'POST', '/calls/intent', $said, [$error], model_says(json_encode(['intent' => $intent])));
}
foreach (moments(5, '09:50', '12:50') as $at) {
    web($at, 'POST', '/calls/intent', $said, [['JsonException', 'Syntax error', []]], model_says('Sure! The caller wants to book.'));
}
foreach (moments(8, '10:05', '13:40') as $at) {
    $missing = 'Warning: file_get_contents(' . ROOT . '/prompts/nl.txt): Failed to open stream: No such file or directory';
    $text = '[prompt] none for language "nl", using English';
    $dutch = ['language' => 'nl', 'transcript' => 'Ik wil graag een afspraak maken'];
    web($at, 'POST', '/calls/intent', $dutch, [php_error($missing), $text], model_says('{"intent": "book"}'));
}

// ---- free slots -----------------------------------------------------------------------------------------------------
foreach (moments(6, '08:15', '13:20') as $i => $at) {
    $salon = [11, 12, 14, 15][$i % 4];
    $whole = serialize(array_fill_keys(['09:00', '10:30', '14:30', '16:00'], true));
    $half = substr($whole, 0, [32, 45, 58, 19, 45, 6][$i]);
    $at_once = ["/var/cache/larkline/slots-{$salon}.cache" => $half];
    $busy = [['status' => 200, 'body' => ['calendars' => ["salon-{$salon}" => ['busy' => [['start' => '09:00']]]]]]];
    @unserialize($half);
    $value = 'Notice: ' . error_get_last()['message'];
    web($at, 'GET', "/slots?salon={$salon}", null, [php_error($value)], $busy, ['files' => $at_once]);
}
foreach (moments(11, '08:05', '13:45') as $i => $at) {
    $salon = 20 + $i;
    $value = 'Warning: foreach() argument must be of type array|object, null given';
    web($at, 'GET', "/slots?salon={$salon}", null, [php_error($value)], [['status' => 200, 'body' => ['calendars' => []]]]);
}

// ---- bookings ---------------------------------------------------------------------------------------------------------
$services = ['cut', 'colour', 'beard trim', 'wash and cut', 'highlights'];
$number = 10482;
foreach ([...moments(6, '07:10', '08:30'), ...moments(68, '08:30', '13:57')] as $i => $at) {
    $salon = [11, 12, 14, 15][mt_rand(0, 3)];
    $start = sprintf('2026-11-%02d %s', 24 + intdiv($i, 16), ['09:00', '10:30', '14:30', '16:00'][$i % 4]);
    $wish = ['salon' => $salon, 'chair' => 1 + intdiv($i, 4) % 4, 'start' => $start, 'service' => $services[mt_rand(0, 4)]];
    $text = "[booking] #{$number} confirmed: {$wish['service']}, salon {$salon}, {$start}";
    web($at, 'POST', '/bookings', $wish, [$text]);
    $number++;
}
foreach (moments(17, '08:50', '13:55') as $i => $at) {
    $start = sprintf('2026-12-%02d %s', [4, 4, 5, 11][$i % 4], ['10:30', '16:00', '17:00'][$i % 3]);
    [$salon, $chair] = [[11, 12, 14, 15][$i % 4], 1 + $i % 3];
    plan(0, 'taken', [$salon, $chair, $start], []);
    $error = ['App\Booking\SlotTaken', "Chair {$chair} of salon {$salon} is taken at {$start}", ['PDOException']];
    web($at, 'POST', '/bookings', ['salon' => $salon, 'chair' => $chair, 'start' => $start, 'service' => 'cut'], [$error]);
}
foreach (moments(6, '09:20', '13:10') as $i => $at) {
    $wish = ['salon' => 12, 'chair' => 1, 'start' => ['next Friday', 'tomorrow at 3'][$i % 2], 'service' => 'cut'];
    web($at, 'POST', '/bookings', $wish, [['Error', 'Call to a member function format() on bool', []]]);
}

// ---- reports ------------------------------------------------------------------------------------------------------------
web('09:58:14', 'GET', '/reports/utilisation?salon=16', null, [['DivisionByZeroError', 'Division by zero', []]]);
foreach (['10:17:45', '13:41:02'] as $at) {
    $value = 'Error: Allowed memory size of 134217728 bytes exhausted (tried to allocate 2097152 bytes)';
    web($at, 'GET', '/reports/export', null, [['Sentry\Exception\FatalErrorException', $value, []]]);
}

// ---- invoices -------------------------------------------------------------------------------------------------------------
$taken = [['status' => 200, 'body' => ['id' => 'msg-example']]];
for ($i = 0; $i < 12; $i++) {
    [$salon, $invoice] = [30 + $i, sprintf('2026-%04d', 1181 + $i)];
    $minutes = 40 + 23 * $i;
    $cents = ($minutes - 30) * 19;
    plan(0, 'minutes', [$salon, $minutes], []);
    $text = sprintf('[billing] invoice %s sent: salon %d, %d min, EUR %d.%02d', $invoice, $salon, $minutes, intdiv($cents, 100), $cents % 100);
    plan(seconds('06:05:03') + 4 * $i, "bin/invoices.php {$salon} {$invoice} owner@example.com", ['upstream' => $taken], [$text]);
}
$type_error = 'App\Billing\PriceCalculator::total(): Argument #1 ($minutes) must be of type int, null given, called in '
    . ROOT . '/app/Billing/InvoiceService.php on line 24';
plan(0, 'minutes', [43, 118], []);
foreach (['06:05:52', '07:05:02', '08:05:02'] as $at) {
    plan($at, 'bin/invoices.php 42 2026-1193 owner@example.com', ['upstream' => $taken], [['TypeError', $type_error, []]]);
    $failed = ['App\Billing\InvoiceFailed', 'Invoice 2026-1194 of salon 43 was not sent', ['App\Net\TransportException', 'App\Mail\DeliveryFailed']];
    $late = [['errno' => 28, 'error' => 'Operation timed out after 10001 milliseconds with 0 bytes received']];
    plan(seconds($at) + 14, 'bin/invoices.php 43 2026-1194 owner@example.com', ['upstream' => $late], [$failed]);
}

// ---- calendars ------------------------------------------------------------------------------------------------------------
for ($i = 0; $i < 16; $i++) {
    [$salon, $bookings] = [[11, 12, 14, 15][$i % 4], mt_rand(2, 19)];
    $world = ['upstream' => $taken, 'stdin' => json_encode(array_fill(0, $bookings, ['id' => 1]))];
    plan(seconds('06:30:01') + 1800 * $i - 2 * ($i % 3) + 2, "bin/calendar-sync.php {$salon}", $world, ["[calendar] salon {$salon}: {$bookings} bookings copied"]);
}
foreach (['08:31:10', '12:31:08'] as $i => $at) {
    $reasons = ["#10{$i}87: The specified time range is empty.", "#10{$i}91: Rate limit exceeded for calendar salon-14."];
    $value = "Calendar of salon 14 rejected 2 events:\n  - {$reasons[0]}\n  - {$reasons[1]}";
    $answer = ['status' => 400, 'body' => ['errors' => [['message' => $reasons[0]], ['message' => $reasons[1]]]]];
    plan($at, 'bin/calendar-sync.php 14', ['upstream' => [$answer], 'stdin' => '[{"id": 1}]'], [['App\Calendar\SyncFailed', $value, []]]);
}

// ---- announcements ----------------------------------------------------------------------------------------------------------
$voices = ['sunny', 'calm', 'bright'];
for ($i = 0; $i < 96; $i++) {
    $jobs = array_map(static fn (int $n): array => ['voice' => $voices[$n % 3], 'text' => 'Welcome!'], range(1, mt_rand(3, 28)));
    $bad = [41 => 1, 42 => 3, 43 => 2, 61 => 1, 77 => 1][$i] ?? 0;
    $message = $i < 60
        ? [503, 'The service is temporarily unavailable. Please try again later.']
        : [422, "The request has 2 problems:\n  - text: must not be empty\n  - voice_settings.stability: must be between 0 and 1"];
    $upstream = array_fill(0, $bad, ['status' => $message[0], 'body' => ['detail' => ['message' => $message[1]]]]);
    $writes = array_fill(0, $bad, "API error: ElevenLabs API error (HTTP {$message[0]}): {$message[1]}");
    $writes[] = sprintf('[worker] processed batch %d: %d announcements, %d failed', 4120 + $i, count($jobs), $bad);
    $at = seconds('06:00:04') + 300 * $i + mt_rand(0, 3);
    plan($at, 'bin/worker.php ' . (4120 + $i), ['upstream' => [...$upstream, ...$taken], 'stdin' => json_encode($jobs)], $writes);
}
$unknown = [['errno' => 6, 'error' => 'Could not resolve host: api.elevenlabs.io']];
plan('13:02:40', 'bin/worker.php 4204', ['upstream' => $unknown, 'stdin' => '[{"voice": "calm", "text": "Welcome!"}]'], [
    ['App\Net\TransportException', 'cURL error 6: Could not resolve host: api.elevenlabs.io', []],
]);

// ---- run the day ----------------------------------------------------------------------------------------------------------

/** The tables, many old calls, and the bookings and minutes that steps rely on. */
function fill_database(array $facts): void
{
    $db = new PDO('sqlite:' . DATABASE);
    $db->exec(file_get_contents(ROOT . '/database/schema.sql'));
    $db->beginTransaction();
    $db->exec(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 260000)
         INSERT INTO calls SELECT printf('CA%030x', i), 21, '+12025550143', NULL, 95, '2025-12-01T08:00:00+00:00' FROM n",
    );
    foreach ($facts as $step) {
        $at = $step['world'];
        if ($step['script'] === 'taken') {
            $db->exec("INSERT OR IGNORE INTO bookings (salon_id, chair, starts_at, service) VALUES ({$at[0]}, {$at[1]}, '{$at[2]}', 'cut')");
        } else {
            $db->exec("INSERT INTO calls VALUES ('CA{$at[0]}', {$at[0]}, NULL, NULL, {$at[1]} * 60, '2026-10-12T08:00:00+00:00')");
        }
    }
    $db->exec("UPDATE sqlite_sequence SET seq = 10481 WHERE name = 'bookings'");
    $db->commit();
}

/** Runs one step at its time of the day; the log gets what PHP writes. */
function run(array $step, string $log): void
{
    $clock = DAY . ' ' . gmdate('H:i:s', $step['at']);
    [$script, $arguments] = [...explode(' ', $step['script'], 2), ''];
    $settings = ['-d', 'auto_prepend_file=' . __DIR__ . '/prepend.php', '-d', "error_log={$log}", '-d', 'html_errors=0',
        '-d', 'memory_limit=128M', '-d', 'zend.exception_ignore_args=1', '-d', 'zend.exception_string_param_max_len=15', '-d', 'log_errors=1', '-d', 'display_errors=0'];
    $command = ['faketime', '-f', $clock, 'php', ...$settings, ROOT . "/{$script}", ...array_filter(explode(' ', $arguments))];
    $world = $step['world'];
    $stdin = $world['stdin'] ?? '';
    unset($world['stdin']);
    $environment = ['PATH' => getenv('PATH'), 'TZ' => 'UTC', 'STEP' => json_encode($world)];
    $process = proc_open($command, [['pipe', 'r'], ['file', '/dev/null', 'w']], $pipes, ROOT, $environment);
    fwrite($pipes[0], $stdin);
    fclose($pipes[0]);
    proc_close($process);
}

$facts = array_filter($steps, static fn (array $step): bool => in_array($step['script'], ['taken', 'minutes'], true));
$steps = array_values(array_diff_key($steps, $facts));
usort($steps, static fn (array $a, array $b): int => $a['at'] <=> $b['at']);
fill_database($facts);

[$records, $issues, $size] = [0, [], 0];
foreach ($steps as $step) {
    run($step, $argv[1]);
    clearstatcache();
    $text = is_file($argv[1]) ? (string) file_get_contents($argv[1], offset: $size) : '';
    $size += strlen($text);
    $found = preg_match_all('/^\[\d\d-Nov-2026 /m', $text);
    if ($found !== count($step['writes'])) {
        fwrite(STDERR, "{$step['script']}: planned " . count($step['writes']) . " records, found {$found}:\n{$text}" . json_encode($step) . "\n");
        exit(1);
    }
    foreach ($step['writes'] as $write) {
        $records++;
        $value = is_array($write) ? $write[1] : $write;
        if (!str_contains($text, is_array($write) ? preg_replace('/^(Warning|Notice|Deprecated|Error): /', '', $value) : $value)) {
            fwrite(STDERR, "{$step['script']}: planned {$value}, found:\n{$text}");
            exit(1);
        }
        if (is_array($write)) {
            // Values that differ by numbers and quoted words only are one issue; the first one names it.
            $key = $write[0] . preg_replace(['/(?<=[ #])[-\d:]+/', "/'\\w+'/"], '#', $value);
            $issues[$key] ??= ['type' => $write[0], 'value' => $value, 'causes' => $write[2], 'count' => 0, 'first_seen' => stamp($step['at'])];
            $issues[$key]['count']++;
            $issues[$key]['last_seen'] = stamp($step['at']);
        }
    }
}
usort($issues, static fn (array $a, array $b): int => $b['count'] <=> $a['count']);
echo json_encode(['records' => $records, 'issues' => $issues], JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
