"""PHP's text inside the logs of servers: php-fpm, nginx, Apache, php -S, syslog, and bare on a CLI's stderr."""

from parsers.php.servers.apache import APACHE
from parsers.php.servers.cli_server import CLI_SERVER
from parsers.php.servers.fpm import FPM
from parsers.php.servers.fpm_slow import SLOW_LOG
from parsers.php.servers.nginx import NGINX
from parsers.php.servers.stderr import STDERR
from parsers.php.servers.syslog import SYSLOG

#: The most particular first, so that it goes before where two claim a log with the same right.
SERVERS = (SLOW_LOG, FPM, NGINX, APACHE, CLI_SERVER, SYSLOG, STDERR)

__all__ = ["APACHE", "CLI_SERVER", "FPM", "NGINX", "SERVERS", "SLOW_LOG", "STDERR", "SYSLOG"]
