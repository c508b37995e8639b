<?php

return [
    'id' => 16,
    'name' => 'Popup Studio',
    'number' => '+1 202 555 0116',
    'language' => 'en',
    'chairs' => 0,
    'hours' => ['mon-fri' => '09:00-19:00', 'sat' => '10:00-16:00'],
];
