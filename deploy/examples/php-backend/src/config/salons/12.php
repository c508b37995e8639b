<?php

return [
    'id' => 12,
    'name' => 'Fox & Fringe',
    'number' => '+1 202 555 0112',
    'language' => 'en',
    'chairs' => 3,
    'hours' => ['mon-fri' => '09:00-19:00', 'sat' => '10:00-16:00'],
];
