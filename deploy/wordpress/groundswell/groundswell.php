<?php
/**
 * Plugin Name:       Groundswell
 * Description:       Counts readings, shows what is read now, and tells your Groundswell what you publish.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           MIT
 * License URI:       https://opensource.org/license/mit
 * Text Domain:       groundswell
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

define( 'GROUNDSWELL_VERSION', '0.1.0' );
define( 'GROUNDSWELL_FILE', __FILE__ );

require __DIR__ . '/includes/settings.php';
require __DIR__ . '/includes/token.php';
require __DIR__ . '/includes/beacon.php';
require __DIR__ . '/includes/elements.php';
require __DIR__ . '/includes/article.php';
require __DIR__ . '/includes/desk.php';
require __DIR__ . '/includes/queue.php';
require __DIR__ . '/includes/changes.php';

if ( is_admin() ) {
	require __DIR__ . '/includes/settings-page.php';
}
