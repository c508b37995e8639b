<?php

// Loaded before each script that drive.php starts: the world around the application, as the step wants it.
// PHP looks for an unqualified function in the caller's namespace first, so that the functions below stand in for
// cURL and php://input while the application's own code runs unchanged.

namespace {
    $GLOBALS['step'] = json_decode((string) getenv('STEP'), true);

    if (isset($GLOBALS['step']['method'])) {
        $_SERVER['REQUEST_METHOD'] = $GLOBALS['step']['method'];
        $_SERVER['REQUEST_URI'] = $GLOBALS['step']['uri'];
        parse_str((string) parse_url($GLOBALS['step']['uri'], PHP_URL_QUERY), $_GET);
    }
    if ($GLOBALS['step']['locked'] ?? false) {
        $GLOBALS['backup'] = new PDO('sqlite:/var/lib/larkline/larkline.sqlite');
        $GLOBALS['backup']->exec('BEGIN IMMEDIATE');
    }
    foreach ($GLOBALS['step']['files'] ?? [] as $file => $text) {
        file_put_contents($file, $text);
    }
    foreach (['CURLOPT_POSTFIELDS', 'CURLOPT_HTTPHEADER', 'CURLOPT_RETURNTRANSFER', 'CURLOPT_TIMEOUT',
        'CURLINFO_RESPONSE_CODE'] as $value => $name) {
        defined($name) || define($name, $value);
    }
}

namespace App\Http {
    function file_get_contents(string $file): string
    {
        return $GLOBALS['step']['body'] ?? '';
    }
}

namespace App\Net {
    function curl_init(string $url): \ArrayObject
    {
        // The last answer stays for all further calls.
        $answers = &$GLOBALS['step']['upstream'];

        return new \ArrayObject(count($answers) > 1 ? array_shift($answers) : $answers[0]);
    }

    function curl_setopt_array(\ArrayObject $curl, array $options): bool
    {
        return true;
    }

    function curl_exec(\ArrayObject $curl): string|false
    {
        return isset($curl['errno']) ? false : json_encode($curl['body']);
    }

    function curl_errno(\ArrayObject $curl): int
    {
        return $curl['errno'];
    }

    function curl_error(\ArrayObject $curl): string
    {
        return $curl['error'];
    }

    function curl_getinfo(\ArrayObject $curl, int $what): int
    {
        return $curl['status'];
    }
}
