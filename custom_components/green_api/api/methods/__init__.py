"""The methods of the API, by the chapters of its documentation."""
