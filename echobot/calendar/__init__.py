"""Visits and workshops as iCalendar (RFC 5545): written for people's calendars, and drafted from other people's."""
