"""bcrypt as in production, with the fewest rounds: the suite checks logic, not patience."""

from django.contrib.auth.hashers import BCryptSHA256PasswordHasher


class QuickBCrypt(BCryptSHA256PasswordHasher):
    rounds = 4
