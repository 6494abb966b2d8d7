# Takes keys out of log lines: what follows /k/, however that is spelt, and all that is long enough.
s#((/|%2[Ff]|\\x2[Ff])+([Kk]|%6[Bb])(/|%2[Ff]|\\x2[Ff])+)[^] /?"'<>)]+#\1<redacted>#g
s#[A-Za-z0-9_-]{40,}#<redacted>#g
