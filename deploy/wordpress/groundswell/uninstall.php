<?php
/**
 * Leaves nothing behind.
 *
 * @package Groundswell
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

delete_option( 'groundswell_settings' );
delete_option( 'groundswell_queue' );
wp_clear_scheduled_hook( 'groundswell_send' );
