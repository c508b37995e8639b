"""PHP's text inside the logs of servers: php-fpm, nginx, Apache, php -S, syslog, and bare on a CLI's stderr."""

from parsers.php.servers.apache import APACHE
from parsers.php.servers.fpm import FPM
from parsers.php.servers.fpm_slow import SLOW_LOG
from parsers.php.servers.nginx import NGINX
from parsers.php.servers.stderr import STDERR

__all__ = ["APACHE", "FPM", "NGINX", "SLOW_LOG", "STDERR"]
