<?php

declare(strict_types=1);

namespace App\Controller;

use App\Http\Request;
use App\Http\Response;
use App\Legacy\PhoneNumber;
use App\Model\Call;
use App\OpenAi\ApiException;
use App\OpenAi\Client as OpenAi;
use App\Repository\CallRepository;
use App\Repository\SalonRepository;

/** Webhooks of the telephone carrier and of the voice server. */
final class CallController
{
    public function __construct(
        private readonly SalonRepository $salons,
        private readonly CallRepository $calls,
        private readonly OpenAi $openAi,
        private readonly string $promptsDir,
    ) {
    }

    /** A call comes in: remember it, tell the carrier which language to greet in. */
    public function incoming(Request $request): Response
    {
        $payload = $request->json();
        $salon = $this->salons->byNumber($payload['to']);
        $caller = PhoneNumber::normalise($payload['from']);

        $call = new Call($payload['call_id'], $salon['id'], $caller, $payload['caller_name']);
        if (isset($payload['recording_url'])) {
            $call->recordingUrl = $payload['recording_url'];
        }
        $this->calls->save($call);

        return Response::json(['greet' => $salon['language']]);
    }

    /** The caller has said something: ask the model what is wanted. */
    public function intent(Request $request): Response
    {
        $payload = $request->json();
        try {
            $answer = $this->openAi->intent($this->prompt($payload['language']), $payload['transcript']);
        } catch (ApiException $e) {
            if ($e->status !== 429) {
                throw $e;
            }
            error_log('API error: ' . $e->getMessage());

            return Response::json(['say' => 'one_moment_please'], 503);
        }

        return Response::json(['say' => $this->reply($answer['intent'])]);
    }

    private function reply(string $intent): string
    {
        return match ($intent) {
            'book', 'move' => 'offer_slots',
            'cancel' => 'confirm_cancellation',
            'opening_hours' => 'tell_hours',
        };
    }

    private function prompt(string $language): string
    {
        $prompt = file_get_contents("{$this->promptsDir}/{$language}.txt");
        if ($prompt === false) {
            error_log("[prompt] none for language \"{$language}\", using English");
            $prompt = file_get_contents("{$this->promptsDir}/en.txt");
        }

        return $prompt;
    }
}
