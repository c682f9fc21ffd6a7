namespace Orleans.Runtime
{
    /// <summary>The base of what the runtime itself reports.</summary>
    public class OrleansException : Exception
    {
        public OrleansException()
        {
        }

        public OrleansException(string message)
            : base(message)
        {
        }

        public OrleansException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A call could not be delivered.</summary>
    public class OrleansMessageRejectionException(string message, Exception? innerException = null) : OrleansException(message, innerException!);

    /// <summary>A call came after the silo had begun to stop.</summary>
    public class SiloUnavailableException(string message) : OrleansMessageRejectionException(message);

    /// <summary>An observer reference was called after it had been deleted or its object collected.</summary>
    public class ClientNotAvailableException(string message) : OrleansException(message);
}

namespace Orleans.Storage
{
    /// <summary>A write carried an ETag that is not the stored one. Escaping from a turn, it deactivates the activation.</summary>
    public class InconsistentStateException : Runtime.OrleansException
    {
        public InconsistentStateException()
        {
        }

        public InconsistentStateException(string message)
            : base(message)
        {
        }

        public InconsistentStateException(string message, Exception? innerException)
            : base(message, innerException!)
        {
        }

        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException = null)
            : base(errorMsg, storageException!) => (StoredEtag, CurrentEtag) = (storedEtag, currentEtag);

        public string? StoredEtag { get; }

        public string? CurrentEtag { get; }

        /// <summary>True until the activation that met the conflict has been told to go; its callers are left alone.</summary>
        internal bool IsSourceActivation { get; set; } = true;
    }

    /// <summary>A named provider (grain storage, stream provider) is missing or misconfigured.</summary>
    public class BadProviderConfigException(string message) : Runtime.OrleansException(message);
}
