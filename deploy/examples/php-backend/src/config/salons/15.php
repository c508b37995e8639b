<?php

return [
    'id' => 15,
    'name' => 'De Krullenbol',
    'number' => '+1 202 555 0115',
    'language' => 'nl',
    'chairs' => 5,
    'hours' => ['mon-fri' => '09:00-19:00', 'sat' => '10:00-16:00'],
];
