<?php

declare(strict_types=1);

return [
    'database' => '/var/lib/larkline/larkline.sqlite',
    'cache_dir' => '/var/cache/larkline',
    'salons_dir' => __DIR__ . '/salons',
    'prompts_dir' => dirname(__DIR__) . '/prompts',
    'openai' => ['url' => 'https://api.openai.com/v1', 'key' => getenv('OPENAI_API_KEY') ?: '', 'model' => 'gpt-4o-mini'],
    'elevenlabs' => ['url' => 'https://api.elevenlabs.io/v1', 'key' => getenv('ELEVENLABS_API_KEY') ?: ''],
    'gmail' => ['url' => 'https://gmail.googleapis.com/gmail/v1', 'from' => 'hello@larkline.example.com'],
    'calendar' => ['url' => 'https://www.googleapis.com/calendar/v3'],
];
