namespace Trading.Hosting;

/// <summary>The service cannot start as it was asked to. The message is one line for the person at the keyboard; there is no stack trace to show.</summary>
public sealed class StartException(string message) : Exception(message);
