<?php

return [
    'id' => 14,
    'name' => 'Coupe Colette',
    'number' => '+1 202 555 0114',
    'language' => 'fr',
    'chairs' => 2,
    'hours' => ['mon-fri' => '09:00-19:00', 'sat' => '10:00-16:00'],
];
