<?php

namespace App\Legacy;

/** From the first version of the platform; has no strict types yet. */
class PhoneNumber
{
    /** "+1 (202) 555-0143" becomes "+12025550143". */
    public static function normalise($number): string
    {
        $number = trim($number);

        return preg_replace('/[^+0-9]/', '', $number);
    }
}
