<?php

return [
    'id' => 11,
    'name' => 'Salon Amsel',
    'number' => '+1 202 555 0111',
    'language' => 'de',
    'chairs' => 4,
    'hours' => ['mon-fri' => '09:00-19:00', 'sat' => '10:00-16:00'],
];
