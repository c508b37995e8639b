<?php

return [
    'id' => 17,
    'name' => 'Barbershop Bramble',
    'number' => '+1 202 555 0117',
    'language' => 'en',
    'chairs' => 6,
    'hours' => [
        'mon-fri' => '08:00-20:00',
        'sat' => '09:00-18:00',
];
