"""Files of public hosts: fetched politely, resumed where they broke off, kept when whole."""
