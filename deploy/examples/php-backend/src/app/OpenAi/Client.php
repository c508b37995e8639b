<?php

declare(strict_types=1);

namespace App\OpenAi;

use App\Net\HttpClient;

final class Client
{
    public function __construct(
        private readonly HttpClient $http,
        private readonly string $url,
        private readonly string $key,
        private readonly string $model,
    ) {
    }

    /**
     * What a caller wants.
     *
     * @return array{intent: string, slot?: string}
     */
    public function intent(string $prompt, string $transcript): array
    {
        $answer = $this->chat([
            ['role' => 'system', 'content' => $prompt],
            ['role' => 'user', 'content' => $transcript],
        ]);

        return json_decode($answer, associative: true, flags: JSON_THROW_ON_ERROR);
    }

    /** @param list<array{role: string, content: string}> $messages */
    private function chat(array $messages): string
    {
        [$status, $body] = $this->http->post(
            "{$this->url}/chat/completions",
            ['model' => $this->model, 'messages' => $messages],
            ["Authorization: Bearer {$this->key}"],
        );
        if ($status !== 200) {
            throw new ApiException($status, $body['error']['message'] ?? 'no message');
        }

        return $body['choices'][0]['message']['content'];
    }
}
