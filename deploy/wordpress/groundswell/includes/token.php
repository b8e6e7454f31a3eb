<?php
/**
 * The token of an article, as docs/tokens.md of Groundswell has it.
 *
 * @package Groundswell
 */

/**
 * Returns what proves that a page of ours names an article.
 *
 * @param string $secret The secret of the site's tokens.
 * @param string $site   The site's name.
 * @param string $id     The article's id.
 * @return string 24 characters.
 */
function groundswell_token( $secret, $site, $id ) {
	$code = hash_hmac( 'sha256', $site . "\0" . $id, $secret, true );
	return strtr( base64_encode( substr( $code, 0, 18 ) ), '+/', '-_' );
}
