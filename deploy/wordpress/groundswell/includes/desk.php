<?php
/**
 * Talking to the desk. Each function returns '' when all went well, else what went wrong.
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

/**
 * Stores a post, under the id that the desk knows it by if it does.
 *
 * @param WP_Post  $post    The post.
 * @param string[] $aliases Paths it was at before.
 * @return string What went wrong.
 */
function groundswell_desk_put( $post, $aliases ) {
	$known = groundswell_desk_find( $post->ID );
	if ( is_string( $known ) ) {
		return $known;
	}
	$id    = isset( $known['id'] ) ? $known['id'] : (string) $post->ID;
	$names = array_merge(
		array( (string) $post->ID, '/?p=' . $post->ID ),
		$aliases,
		isset( $known['also_known_as'] ) ? $known['also_known_as'] : array()
	);
	$names = array_diff( array_unique( $names ), array( $id ) );
	// A path that another article has by now is that article's: tried again without it.
	for ( $taken = 0; $taken < 5; $taken++ ) {
		$body  = array(
			'site'    => groundswell_setting( 'site' ),
			'id'      => $id,
			'aliases' => array_slice( array_values( $names ), 0, 50 ),
		);
		$found = groundswell_desk_ask( 'PUT', '/v1/article', $body + groundswell_article( $post ) );
		if ( 409 !== $found['status'] || ! isset( $found['body']['alias'] ) || ! in_array( $found['body']['alias'], $names, true ) ) {
			break;
		}
		$names = array_diff( $names, array( $found['body']['alias'] ) );
	}
	return 200 === $found['status'] ? '' : $found['error'];
}

/**
 * Takes a post out of the catalogue.
 *
 * @param int $post_id Its number.
 * @return string What went wrong.
 */
function groundswell_desk_remove( $post_id ) {
	$known = groundswell_desk_find( $post_id );
	if ( ! is_array( $known ) || ! $known ) {
		return is_string( $known ) ? $known : '';
	}
	$found = groundswell_desk_ask( 'DELETE', '/v1/article?' . groundswell_desk_query( $known['id'] ) );
	return in_array( $found['status'], array( 200, 404 ), true ) ? '' : $found['error'];
}

/**
 * Looks for a post under its number, which may be the id of its article or a name of it.
 *
 * @param int $post_id Its number.
 * @return array|string The article, an empty array when there is none, or what went wrong.
 */
function groundswell_desk_find( $post_id ) {
	$found = groundswell_desk_ask( 'GET', '/v1/article?' . groundswell_desk_query( (string) $post_id ) );
	if ( 200 === $found['status'] && isset( $found['body']['id'] ) ) {
		return $found['body'];
	}
	$unknown = isset( $found['body']['type'] ) && 'urn:groundswell:problem:unknown-article' === $found['body']['type'];
	return 404 === $found['status'] && $unknown ? array() : $found['error'];
}

/**
 * Returns the query that names an article.
 *
 * @param string $id Its id.
 * @return string
 */
function groundswell_desk_query( $id ) {
	return 'site=' . rawurlencode( groundswell_setting( 'site' ) ) . '&id=' . rawurlencode( $id );
}

/**
 * Asks the desk.
 *
 * @param string     $method GET, PUT or DELETE.
 * @param string     $path   Path and query.
 * @param array|null $body   What is sent.
 * @return array `status`, 0 without an answer; `body`, decoded; `error`, what to tell if that is none.
 */
function groundswell_desk_ask( $method, $path, $body = null ) {
	$request = array(
		'method'      => $method,
		'timeout'     => 5,
		'redirection' => 0,
		'headers'     => array( 'Authorization' => 'Bearer ' . groundswell_setting( 'desk_key' ) ),
	);
	if ( null !== $body ) {
		$request['headers']['Content-Type'] = 'application/json';
		$request['body']                    = wp_json_encode( $body );
	}
	$response = wp_remote_request( groundswell_setting( 'desk' ) . $path, $request );
	if ( is_wp_error( $response ) ) {
		return array(
			'status' => 0,
			'body'   => null,
			'error'  => $response->get_error_message(),
		);
	}
	$status  = (int) wp_remote_retrieve_response_code( $response );
	$decoded = json_decode( wp_remote_retrieve_body( $response ), true );
	$detail  = isset( $decoded['detail'] ) ? $decoded['detail'] : ( isset( $decoded['title'] ) ? $decoded['title'] : '' );
	return array(
		'status' => $status,
		'body'   => is_array( $decoded ) ? $decoded : null,
		/* translators: 1: HTTP status, 2: what the desk says. */
		'error'  => trim( sprintf( __( 'The desk answers %1$d. %2$s', 'groundswell' ), $status, is_string( $detail ) ? $detail : '' ) ),
	);
}
