<?php
/**
 * Put a manufacturer's product into your page on your server, from published files alone.
 *
 * Needs PHP 8, and to check signatures (`trusted`) its extension sodium. In a page:
 *
 *     require 'aisle.php';
 *     $aisle = new Aisle('https://content.norrvind.example/', 'YOUR-KEY', cache: '/var/cache/shop');
 *     echo $aisle->html('sku:NV-FJORD-7', 'de') ?? $own_text;
 */
declare(strict_types=1);

final class Aisle
{
    /** Seconds that a page of yours waits for one file. */
    private const PATIENCE = 1.0;
    /** Seconds for which what may change is believed. */
    private const LIFETIME = 60;

    /**
     * `root` is where the published files lie, `public` where shoppers' browsers find them, if that
     * is a path of your own. `linked` names the stylesheet instead of writing it into the page, for
     * policies that allow no inline style. `cache` is a folder that only PHP may write to; without
     * one every page fetches anew. `trusted` is the publisher's public key, as the tag has it: files
     * that may change are refused without its signature, or if they are older than the last.
     */
    public function __construct(
        private string $root,
        private string $partner,
        private string $public = '',
        private bool $linked = false,
        private string $cache = '',
        private string $trusted = '',
    ) {
        $this->public = $public ?: $root;
    }

    /**
     * Return a product ready for the page; null where there is nothing to show. `key` is `sku:…`,
     * `gtin:…` with 14 digits, or `mpn:BRAND|MPN`. `cart` is your own form, HTML with
     * `slot="cart"`, which then stands below the price.
     */
    public function html(string $key, string $locale, string $cart = ''): ?string
    {
        $key = function_exists('mb_strtolower') ? mb_strtolower($key) : strtolower($key);
        try {
            $head = $this->head($locale);
            if (!isset($head['drawn'])) {
                return null;
            }
            $drawn = $this->object($head['drawn'][0]);
            foreach ($this->numbers($head, $key) as $number) {
                foreach ($this->page($drawn, $number)['drawn'] as $product) {
                    if (in_array($key, $product['keys'], true)) {
                        return $this->joined($product['html'], $drawn['look'], $cart);
                    }
                }
            }
        } catch (RuntimeException | JsonException) {
            // not reachable, or not what was published
        }
        return null;
    }

    private function joined(array $pieces, array $look, string $cart): string
    {
        [$key, $integrity] = $look;
        $style = $this->linked
            ? '<link rel="stylesheet" href="' . htmlspecialchars($this->public . $key) . "\" integrity=\"$integrity\" crossorigin=\"anonymous\">"
            : '<style>' . $this->read($key, $integrity) . '</style>';
        $body = array_shift($pieces) . $style . implode(htmlspecialchars($this->public), $pieces);
        if ($cart !== '') {
            $body = substr_replace($body, $cart, strrpos($body, '</syndicator-aisle>'), 0);
        }
        return '<div data-syndicator-partner="' . htmlspecialchars($this->partner) . "\">$body</div>";
    }

    private function head(string $locale): array
    {
        $entry = $this->json('p/' . rawurlencode($this->partner) . '.json');
        $editions = array_change_key_case($entry['editions']);
        $locale = strtolower($locale);
        $language = explode('-', $locale)[0];
        $near = array_filter($editions, fn ($name) => explode('-', $name)[0] === $language, ARRAY_FILTER_USE_KEY);
        $edition = $editions[$locale] ?? (reset($near) ?: $entry['editions'][$entry['default']]);
        return $this->json("e/$edition.json");
    }

    /** The pages that may hold a key: down the tree of lookups, by bits of its hash. */
    private function numbers(array $node, string $key): array
    {
        $digest = substr(hash('sha256', $key), 0, 8);
        $bits = hexdec($digest);
        $left = 32;
        while (isset($node['lookups'])) {
            $left -= (int) log(count($node['lookups']), 2);
            $node = $this->object($node['lookups'][$bits >> $left]);
            $bits &= (1 << $left) - 1;
        }
        return $node['lookup'][$digest] ?? [];
    }

    private function page(array $node, int $number): array
    {
        while (isset($node['tables'])) {
            $span = $node['span'];
            $node = $this->object($node['tables'][intdiv($number, $span)]);
            $number %= $span;
        }
        return $this->object($node['pages'][$number]);
    }

    private function object(array $reference): array
    {
        [$name, $integrity] = $reference;
        return $this->json('o/' . substr($name, 0, 2) . "/$name.json", $integrity);
    }

    private function json(string $key, string $integrity = ''): array
    {
        return json_decode($this->read($key, $integrity), true, 64, JSON_THROW_ON_ERROR);
    }

    /** One file, verified; what may change is asked for again after a minute. */
    private function read(string $key, string $integrity = ''): string
    {
        $place = $this->cache ? "$this->cache/" . hash('sha256', "$this->root $key") : '';
        $kept = $place && is_file($place) ? file_get_contents($place) : false;
        if ($kept !== false && $integrity ? $this->holds($kept, $integrity) : $kept !== false && filemtime($place) > time() - self::LIFETIME) {
            return $kept;
        }
        $data = $this->fetch($key);
        if ($data !== false && !$integrity && !$this->genuine($data, $kept)) {
            $data = false;
        }
        if ($data === false && $kept !== false && !$integrity) {
            return $kept; // the publisher is away: the last good answer
        }
        if ($data === false || ($integrity && !$this->holds($data, $integrity))) {
            throw new RuntimeException($key);
        }
        if ($place && file_put_contents("$place." . getmypid(), $data) !== false) {
            rename("$place." . getmypid(), $place);
        }
        return $data;
    }

    /** Whether the publisher signed a file (Ed25519), and it is no older than the last. */
    private function genuine(string $data, string|false $last): bool
    {
        if (!$this->trusted) {
            return true;
        }
        if (!preg_match('~"ed25519":"([\w+/]{86}==)",~', $data, $found)) {
            return false;
        }
        $signed = str_replace($found[0], '', $data);
        if (!sodium_crypto_sign_verify_detached(base64_decode($found[1]), $signed, base64_decode($this->trusted))) {
            return false;
        }
        return $last === false || json_decode($data)->generation >= json_decode($last)->generation;
    }

    private function holds(string $data, string $integrity): bool
    {
        return 'sha256-' . base64_encode(hash('sha256', $data, true)) === $integrity;
    }

    private function fetch(string $key): string|false
    {
        $context = stream_context_create(['http' => ['timeout' => self::PATIENCE]]);
        return @file_get_contents($this->root . $key, false, $context);
    }
}
